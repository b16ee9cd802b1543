// Reads a barcode or QR code with the camera, in browsers that have `BarcodeDetector`.

import { openDialog } from './dialog.js';
import { element, setText } from './dom.js';

const lookEveryMilliseconds = 200;

/**
 * Opens a dialog with the camera's picture. Resolves to the first text that is accepted, or to `undefined`.
 *
 * @param accepts returns true if a text that was read is an order number.
 */
export async function scanNumber(accepts) {
  const video = element('video', { class: 'camera', playsinline: true, muted: true, label: 'cameraPicture' });
  const words = element('p', { role: 'status', text: 'scanHint' });
  let isOpen = true;
  let stream;
  const result = openDialog('scanNumber', (close) => {
    watch(close);
    return [video, words];
  });

  async function watch(close) {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      if (!isOpen) return stop();
      video.srcObject = stream;
      await video.play();
      const detector = new BarcodeDetector();
      while (isOpen) {
        const codes = await detector.detect(video);
        const found = codes.map((code) => code.rawValue).find(accepts);
        if (found) return close(found);
        if (codes.length > 0) setText(words, ['scanNotNumber']);
        await new Promise((resolve) => setTimeout(resolve, lookEveryMilliseconds));
      }
    } catch (error) {
      setText(words, [error?.name === 'NotAllowedError' ? 'cameraRefused' : 'cameraMissing']);
    }
  }

  // The camera's light goes out as soon as the dialog is closed, in whatever way.
  function stop() {
    for (const track of stream?.getTracks() ?? []) track.stop();
  }

  try {
    return await result;
  } finally {
    isOpen = false;
    stop();
  }
}
