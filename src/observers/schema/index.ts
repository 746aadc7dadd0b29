export { readForeignSchema, readSchemaSnapshot } from './read-schema-snapshot.ts';
export { schemaObserver } from './schema-observer.ts';
