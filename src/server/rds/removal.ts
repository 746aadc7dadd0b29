import { deletionByHand } from '../../preflight/aws/drill/delete-by-hand.ts';
import { removeRestored, type PreparedRestore } from '../../preflight/aws/drill/prepare-restore.ts';
import type { TornDown } from '../../preflight/aws/drill/tear-down.ts';
import { alsoLeft } from '../../support/also-left.ts';
import { PgrehearseError } from '../../support/errors.ts';
import type { ServerNews } from '../provider.ts';

/** Something that is still there: it costs, and holds data of production. */
export type Left = Pick<TornDown, 'kind' | 'id' | 'region' | 'reason'>;

/** Deletes what one start made, once, whoever asks first. */
export class Removal {
  readonly #restore: PreparedRestore;
  readonly #onNews: (news: ServerNews) => void;
  #deleting: Promise<readonly Left[]> | undefined;

  constructor(restore: PreparedRestore, onNews: (news: ServerNews) => void) {
    this.#restore = restore;
    this.#onNews = onNews;
  }

  /** Waits until it is gone. Never rejects. */
  run(): Promise<readonly Left[]> {
    return (this.#deleting ??= this.#delete());
  }

  async #delete(): Promise<readonly Left[]> {
    const torn = await removeRestored(this.#restore, {
      onProgress: ({ id, status }) => this.#onNews({ kind: 'doing', text: `RDS: deleting ${id} (${status})` }),
    });
    for (const { kind, id, deleted, reason } of torn)
      if (deleted && reason === undefined) this.#onNews({ kind: 'said', text: `RDS: ${kind} ${id} is deleted.` });
    return torn.filter(({ deleted }) => !deleted);
  }
}

/** `left` is not empty. */
export function notRemoved(left: readonly Left[]): PgrehearseError {
  const each = left.map(
    ({ kind, id, region, reason }) => `${kind} ${id} in ${region} still exists: ${reason ?? 'not deleted'}`,
  );
  return new PgrehearseError('SERVER_NOT_REMOVED', `${each.join('; ')}.`, {
    hint: `It costs money until it is deleted. The next run tries again; by hand: ${left.map(deletionByHand).join(' && ')}`,
    details: { left },
  });
}

export const withLeft = (error: unknown, left: readonly Left[]): unknown =>
  left.length === 0 ? error : alsoLeft(error, notRemoved(left));
