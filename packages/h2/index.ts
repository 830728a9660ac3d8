// The public surface of packages/h2: see its README.
export { Connection, type Stream, type StreamHandler } from './src/connection.ts';
export { fieldOf, type Field } from './src/fields.ts';
