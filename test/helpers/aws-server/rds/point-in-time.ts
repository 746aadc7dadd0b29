import { refused } from '../wire/aws-error.ts';

interface PointInTime {
  readonly time: Date | undefined;
  readonly useLatest: boolean | undefined;
  readonly earliest: Date | undefined;
  readonly latest: Date | undefined;
  /** Name of the time's parameter, for the message. */
  readonly parameter: string;
}

/** Exactly one of a time and the latest one, and the time inside the window. */
export function checkPointInTime({ time, useLatest = false, earliest, latest, parameter }: PointInTime): void {
  if ((time !== undefined) === useLatest) {
    throw refused('InvalidParameterCombination', `Specify either ${parameter} or UseLatestRestorableTime.`);
  }
  if (time === undefined) return;
  if (latest === undefined || time > latest) {
    throw refused(
      'InvalidParameterValue',
      `${parameter} is later than the latest restorable time ${latest?.toISOString()}.`,
    );
  }
  if (earliest !== undefined && time < earliest) {
    throw refused(
      'InvalidParameterValue',
      `${parameter} is earlier than the earliest restorable time ${earliest.toISOString()}.`,
    );
  }
}
