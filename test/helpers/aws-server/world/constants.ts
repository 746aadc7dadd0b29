export const ACCOUNT = '123456789012';

export const REGION = 'eu-west-1';

/** In milliseconds. */
export const minutes = (count: number): number => count * 60_000;

export const hours = (count: number): number => minutes(60 * count);
