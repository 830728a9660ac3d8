// coset/edge: the planner as a service of the web's Request and Response.
export * from '../edge/index.ts';
