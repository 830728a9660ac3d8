/** What a planner was given cannot be used. The message names the object and the field; nothing was changed. */
export class PlannerError extends Error {
  override name = 'PlannerError';
}
