// JSON in lines. Only white space is added: a parser would round numbers that JavaScript can't hold.

/** Lays JSON out with a line for each value. A text that is no JSON stays as it is. */
export function laidOut(text) {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let depth = 0;
  const line = () => `\n${'  '.repeat(depth)}`;
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g) ?? [];
  return tokens.map((token, index) => {
    switch (token) {
      case '{': case '[':
        depth += 1;
        return isEnd(tokens[index + 1]) ? token : token + line();
      case '}': case ']':
        depth -= 1;
        return isStart(tokens[index - 1]) ? token : line() + token;
      case ',': return token + line();
      case ':': return ': ';
      default: return token;
    }
  }).join('');
}

function isStart(token) {
  return token === '{' || token === '[';
}

function isEnd(token) {
  return token === '}' || token === ']';
}
