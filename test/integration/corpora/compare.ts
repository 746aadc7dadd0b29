import type { Outcome } from './oracle.ts';

const QUESTIONS = ['up', 'wayBack', 'again', 'unwound'] as const;

/** One entry per migration and question on which the two disagree, with what each stands on. */
export function compare(ours: ReadonlyMap<string, Outcome>, theirs: ReadonlyMap<string, Outcome>): string[] {
  const names = [...new Set([...ours.keys(), ...theirs.keys()])];
  return names.flatMap((name) => {
    const [our, their] = [ours.get(name), theirs.get(name)];
    if (!our || !their) return [`${name}: only ${our ? 'ours' : 'theirs'}`];
    return QUESTIONS.filter((question) => our[question] !== their[question]).map((question) =>
      [
        `${name}: ${question}: we say ${our[question]}, pg_dump ${their[question]}`,
        ...our.why.map((line) => `    ours: ${line}`),
        ...their.why.slice(0, 20).map((line) => `    theirs: ${line}`),
      ].join('\n'),
    );
  });
}
