import type { ServerProvider, ServerSpec } from '../../server/provider.ts';
import type { OnEvent } from '../events.ts';
import type { RehearsalRequest } from '../request.ts';

/** What keeping needs to know of a rehearsal. */
export interface KeepingCast {
  readonly request: RehearsalRequest;
  readonly provider: ServerProvider;
  readonly spec: ServerSpec;
  readonly onEvent: OnEvent;
}
