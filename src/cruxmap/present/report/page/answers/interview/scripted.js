// What scripts may ask of an interview: the next question, what they answer, what they leave open.

/**
 * @param {() => object} open gives the session, or throws
 * @returns {{begin: Function, about: Function, next: Function, questions: Function, answer: Function,
 *   skip: Function, reject: Function}} a question is told by `{kind, id}`, as `next` gives it, and an
 *   answer is a text, or one for each share of a row; `about` an entry it is about that and what it rests
 *   on
 */
export function interviewFor(open) {
  const interview = () => {
    const { interview: found } = open();
    if (found === null) throw new Error("This page can hold no interview.");
    return found;
  };
  const questionOf = (asked) => interview().questionOf(String(asked?.kind), String(asked?.id));
  return {
    begin: () => interview().begin(),
    about: (entry) => interview().askAbout(entry === undefined ? null : String(entry)),
    next: async () => {
      const found = await interview().next();
      return found === null ? null : { ...plain(found), words: interview().wordsOf(found.question) };
    },
    questions: async () => (await interview().questions()).map(plain),
    answer: (asked, texts) => interview().answer(questionOf(asked), [texts].flat().map(String)),
    skip: (asked) => interview().skip(questionOf(asked)),
    reject: (asked) => interview().reject(questionOf(asked)),
    get logOdds() {
      return interview().now.logOdds;
    },
    get sd() {
      return interview().now.predictedSd;
    },
  };
}

/** A suggestion as the command line's JSON has it. */
function plain({ question: { kind, id, entry, topic, places }, reduction, sd }) {
  return { question: { kind, id, entry, topic, values: Math.max(places.length, 1) }, reduction, sd };
}
