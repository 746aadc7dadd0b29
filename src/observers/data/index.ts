export { compareRows, type RowComparison } from './compare-rows.ts';
export { dataObserver } from './data-observer.ts';
