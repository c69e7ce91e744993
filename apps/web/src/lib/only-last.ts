/** Hands on what the last question is answered. Of an earlier one that takes longer nothing is heard any more. */
export function onlyLast<Answer>(onAnswer: (answer: Answer) => void): (asked: Promise<Answer>) => Promise<void> {
  let last: Promise<Answer> | null = null;
  return async (asked) => {
    last = asked;
    const answer = await asked;
    if (asked === last) onAnswer(answer);
  };
}
