import { z } from 'zod';

export const PAGE_LIMIT = { default: 50, max: 200 } as const;

/** Cursor paging: no offset, and no total, so that the first page costs the same at 50 runs and at 50,000. */
export const PageQuery = {
  limit: z.coerce.number().int().min(1).max(PAGE_LIMIT.max).default(PAGE_LIMIT.default),
  after: z.string().max(300).optional(),
};

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), page: z.object({ next: z.string().nullable(), hasMore: z.boolean() }) });
