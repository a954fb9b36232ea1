/** Names as the sentences of an answer say them: what `src/cruxmap/insight/sentences.py` says. */

/**
 * The text of an entry; of a state, a phase or a cause the text of what it belongs to, and which.
 * @param {{entries: object}} contents @param {string} name @returns {string}
 */
export function sentenceOf({ entries }, name) {
  const [owner, part] = name.split(/\.(.*)/s);
  const { text, type, states } = entries[owner];
  if (part === undefined) return text;
  if (type === "question") return `${text} ${states?.find(({ id }) => id === part)?.shown ?? part}`;
  return type === "event" ? `During ${part}: ${text}` : `By ${part}: ${text}`;
}
