import { UnreadableAnswer } from './explain-failure.ts';

/** 100 a page: more of one kind than an account may have. */
const MAX_PAGES = 200;

export interface Page<Item> {
  /** Absent where the answer holds no list at all, which an empty list is not. */
  readonly items: readonly Item[] | undefined;
  readonly marker: string | undefined;
}

/**
 * All pages, one after the other. The SDK's own paginators change their input and follow a marker that stays the same for
 * ever; half a list is no answer, so both that and a missing list reject.
 */
export async function collectPages<Item>(
  fetch: (page: { readonly Marker?: string }) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  const seen = new Set<string>();
  let page: { readonly Marker?: string } = {};
  for (;;) {
    const { items, marker } = await fetch(page);
    if (items === undefined) throw new UnreadableAnswer('it holds no list');
    all.push(...items);
    if (marker === undefined || marker === '') return all;
    if (seen.has(marker)) throw new UnreadableAnswer('the same page comes again and again');
    if (seen.size >= MAX_PAGES) throw new UnreadableAnswer(`it has more than ${MAX_PAGES} pages`);
    seen.add(marker);
    page = { Marker: marker };
  }
}
