export { untilAborted } from '../support/until-aborted.ts';
