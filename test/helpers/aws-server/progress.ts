import type { Resources, Settings } from './world/world.ts';

/** What an operation is given besides its input. */
export interface Context {
  readonly settings: Settings;
  readonly resources: Resources;
  readonly region: string;
  readonly progress: Progress;
  readonly callerArn: string;
  readonly accessKeyId: string;
}

/** Operations by action. Inputs are of the SDK's types; a method, so that each may name its own. */
export type Operations = Readonly<Record<string, { handle(context: Context, input: object): object }['handle']>>;

/**
 * What happens with time at AWS happens here with polls: every describe of a kind takes its resources one step on.
 * Times would make tests slow or need a fake clock in the process under test.
 */
export class Progress {
  readonly #plans = new WeakMap<object, { readonly plan: Plan; seen: number; settled: boolean }>();
  readonly #hidden = new WeakMap<object, number>();

  /** `done` runs with the describe after `polls` ones that saw it under way, and no sooner than `waitFor` has settled. */
  start(resource: object, plan: Plan): void {
    const running = { plan, seen: 0, settled: plan.waitFor === undefined };
    this.#plans.set(resource, running);
    const settle = (): void => {
      running.settled = true;
    };
    plan.waitFor?.then(settle, settle);
  }

  /** The next `polls` describes do not see it. */
  hide(resource: object, polls: number): void {
    this.#hidden.set(resource, polls);
  }

  /** Those that can be seen, a step further. */
  advance<T extends object>(resources: readonly T[]): readonly T[] {
    const visible = resources.filter((resource) => !this.#isHidden(resource));
    for (const resource of visible) this.#step(resource);
    return visible.filter((resource) => resources.includes(resource));
  }

  #isHidden(resource: object): boolean {
    const left = this.#hidden.get(resource) ?? 0;
    this.#hidden.set(resource, left - 1);
    return left > 0;
  }

  #step(resource: object): void {
    const running = this.#plans.get(resource);
    if (running === undefined) return;
    const { plan } = running;
    running.seen += 1;
    if (running.seen <= plan.polls || !running.settled)
      return plan.step?.(Math.min(0.99, running.seen / (plan.polls + 1)));
    this.#plans.delete(resource);
    plan.done();
  }
}

export interface Plan {
  /** Looked at each time, so that a test may hurry what is under way. */
  readonly polls: number;
  /** How much is done, 0 to 1. */
  readonly step?: (fraction: number) => void;
  readonly done: () => void;
  readonly waitFor?: Promise<unknown>;
}
