import type { EntitySchema } from 'typeorm';

/** Every TypeORM entity of this database. Candles have none: they are columns, read and written by SQL and COPY. */
export const ENTITIES: readonly (EntitySchema | (new () => object))[] = [];
