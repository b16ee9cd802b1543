// Texts that all pages share. A row has the English and the Russian text; language.js explains the forms.

const seconds = [{ one: '{count} second', other: '{count} seconds' },
  { one: '{count} секунду', few: '{count} секунды', many: '{count} секунд', other: '{count} секунды' }];
const minutes = [{ one: '{count} minute', other: '{count} minutes' },
  { one: '{count} минуту', few: '{count} минуты', many: '{count} минут', other: '{count} минуты' }];

/** Puts each plural of a length of time after the words of its language. */
function after(english, russian, time) {
  return [english, russian].map((words, column) => Object.fromEntries(
    Object.entries(time[column]).map(([category, length]) => [category, words.replace('…', length)])));
}

const tooMany = ['Too many attempts. Nothing was changed. You can try again in ….',
  'Слишком много попыток. Ничего не изменилось. Повторить можно через ….'];
const busy = ['The shop’s server is busy. Nothing was changed, and what you typed is still here. Try again in ….',
  'Сервер магазина занят. Ничего не изменилось, введённое сохранено. Повторите через ….'];

export const sharedTexts = {
  // Failures
  offline: ['No connection to the shop. What you typed is still here: check your network and try again.',
    'Нет связи с магазином. Введённое сохранено: проверьте сеть и повторите.'],
  slow: ['The shop’s server does not answer. What you typed is still here: try again.',
    'Сервер магазина не отвечает. Введённое сохранено: повторите попытку.'],
  broken: ['Something went wrong on this page. What you typed is still here: try again.',
    'На странице произошла ошибка. Введённое сохранено: повторите попытку.'],
  tooManySeconds: after(...tooMany, seconds),
  tooManyMinutes: after(...tooMany, minutes),
  tooManyLater: ['Too many attempts. Nothing was changed. Try again a little later.',
    'Слишком много попыток. Ничего не изменилось. Повторите немного позже.'],
  busySeconds: after(...busy, seconds),
  busyMinutes: after(...busy, minutes),
  busyLater: ['The shop’s server is busy. Nothing was changed; what you typed is still here. Try again a bit later.',
    'Сервер магазина занят. Ничего не изменилось, введённое сохранено. Повторите немного позже.'],
  waitIsOver: ['You can try again now.', 'Теперь можно повторить.'],
  sessionEnded: ['You are signed out. Sign in again to go on: what you typed is still here.',
    'Вы вышли. Войдите снова, чтобы продолжить: введённое сохранено.'],
  otherSite: ['The server takes this request for one of another site. Open the page at the shop’s own address.',
    'Сервер счёл запрос чужим. Откройте страницу по собственному адресу магазина.'],
  roleForbids: ['Your role does not allow this. Nothing was changed.', 'Ваша роль этого не позволяет. Ничего не изменилось.'],
  tooLong: ['That is too long for the server.', 'Для сервера это слишком длинно.'],
  failed: ['The server could not do this (status {status}). What you typed is still here.',
    'Сервер не смог это сделать (код {status}). Введённое сохранено.'],

  // Buttons
  close: ['Close', 'Закрыть'],
  cancel: ['Cancel', 'Отмена'],
  showMore: ['Show more', 'Показать ещё'],
  tryAgain: ['Try again', 'Повторить'],
  show: ['Show', 'Показать'],
  showPassword: ['Show password', 'Показать пароль'],
  languageLabel: ['Language', 'Язык'],
  skip: ['Skip to content', 'К содержанию'],

  // Order numbers
  scan: ['Scan', 'Скан'],
  scanNumber: ['Scan an order number', 'Сканировать номер заказа'],
  scanHint: ['Hold the barcode or QR code in front of the camera.', 'Поднесите штрихкод или QR-код к камере.'],
  scanNotNumber: ['That code is not an order number. Try another one on the receipt.',
    'Это не номер заказа. Попробуйте другой код на чеке.'],
  cameraPicture: ['Picture of the camera', 'Изображение с камеры'],
  cameraRefused: ['The browser may not use the camera. Allow it in the browser’s settings, or type the number.',
    'Браузеру нельзя использовать камеру. Разрешите это в настройках или введите номер.'],
  cameraMissing: ['The camera cannot be used. Type the number instead.', 'Камера недоступна. Введите номер вручную.'],
  numberMissing: ['Enter the order number.', 'Введите номер заказа.'],
  numberNotDigits: ['An order number has digits only.', 'Номер заказа состоит только из цифр.'],
  numberTooLong: ['That is too long for an order number.', 'Для номера заказа это слишком длинно.'],
  numberCheckDigit: [
    'The last digit does not fit the others: a digit is wrong or missing. Compare the number with the receipt.',
    'Последняя цифра не подходит к остальным: где-то ошибка или пропуск. Сверьте номер с чеком.'],
  numberUnfinished: ['The check digit does not fit yet.', 'Контрольная цифра пока не сходится.'],
  numberRight: ['The check digit fits.', 'Контрольная цифра сходится.'],

  // Points
  pointsWord: [{ one: 'point', other: 'points' }, { one: 'балл', few: 'балла', many: 'баллов', other: 'балла' }],
  sumMissing: ['Enter a number of points.', 'Введите количество баллов.'],
  sumNotNumber: ['Enter a number, such as 100 or 99.50.', 'Введите число, например 100 или 99,50.'],
  sumTooFine: ['Points have at most two decimals.', 'У баллов не больше двух знаков после запятой.'],
  sumZero: ['Enter more than zero.', 'Введите больше нуля.'],

  // Accounts
  signIn: ['Sign in', 'Вход'],
  signInNow: ['Sign in', 'Войти'],
  login: ['Login', 'Логин'],
  password: ['Password', 'Пароль'],
  newPassword: ['New password', 'Новый пароль'],
  passwordHint: ['A few unrelated words make a good password.',
    'Хороший пароль — несколько не связанных между собой слов.'],
  loginMissing: ['Enter your login.', 'Введите логин.'],
  loginTooLong: ['A login has at most {count} bytes.', 'Логин не длиннее {count} байт.'],
  passwordMissing: ['Enter a password.', 'Введите пароль.'],
  passwordTooShort: [
    { one: 'A password has at least {count} character.', other: 'A password has at least {count} characters.' },
    { one: 'В пароле не меньше {count} символа.', other: 'В пароле не меньше {count} символов.' }],
  passwordTooLong: ['A password has at most {count} bytes.', 'Пароль не длиннее {count} байт.'],
  wrongCredentials: ['Login or password is wrong.', 'Неверный логин или пароль.'],
  credentialsRefused: ['The shop does not take this login or password. Try others.',
    'Магазин не принимает такой логин или пароль. Попробуйте другие.'],
  noCookie: ['The browser does not keep the sign-in. Allow cookies, or open the page over https.',
    'Браузер не сохраняет вход. Разрешите cookie или откройте страницу по https.'],
  signInAgain: ['Sign in again', 'Войти снова'],
  signInAgainWhy: ['Your session has ended. What you typed is still there, and goes on after you sign in.',
    'Сеанс закончился. Введённое сохранено: после входа всё продолжится.'],
  signOut: ['Sign out', 'Выйти'],
  changePassword: ['Change password', 'Сменить пароль'],
  currentPassword: ['Current password', 'Текущий пароль'],
  wrongCurrentPassword: ['This is not your current password.', 'Это не текущий пароль.'],
  passwordChanged: ['The password is changed. Your other devices are signed out.',
    'Пароль изменён. На других устройствах вы вышли.'],
  otherSignedIn: ['Another tab has signed in under another login. Nothing was sent.',
    'В другой вкладке вошли под другим логином. Ничего не отправлено.'],
  signedOutElsewhere: ['You signed out in another tab.', 'Вы вышли в другой вкладке.'],

  // Balances and orders
  balance: ['Balance', 'Баланс'],
  orderNumber: ['Order number', 'Номер заказа'],
  statusNew: ['Received', 'Принят'],
  statusProcessing: ['Being checked', 'Проверяется'],
  statusInvalid: ['Not accepted', 'Не принят'],
  statusNothing: ['No points', 'Без баллов'],
  balanceAfter: ['balance {points}', 'баланс {points}'],
  'kind-accrual': ['Credited', 'Начисление'],
  'kind-withdrawal': ['Spent', 'Списание'],
  'kind-refund': ['Refunded', 'Возврат баллов'],
  'kind-return': ['Taken back for returned goods', 'Списано за возврат товара'],
  views: ['Views', 'Разделы'],
  sum: ['Points to spend', 'Сколько потратить'],
};
