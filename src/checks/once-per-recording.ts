import type { Recording } from '../recording/recording.ts';

/** Several checks of one verdict ask the same of a recording, which never changes: it is worked out for the first. */
export function oncePerRecording<Answer extends object>(
  workOut: (recording: Recording) => Answer,
): (recording: Recording) => Answer {
  const answers = new WeakMap<Recording, Answer>();
  return (recording) => {
    const answer = answers.get(recording) ?? workOut(recording);
    answers.set(recording, answer);
    return answer;
  };
}
