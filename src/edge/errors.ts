// What is answered instead of what was asked for: one sentence that begins with the field it is about.
import { HTTPException } from 'hono/http-exception';

type Status = 400 | 404 | 408 | 409 | 413 | 415 | 422 | 503 | 507;

/** The request is answered by this status and `{"error": message}`. */
export function refusal(status: Status, message: string): HTTPException {
  return new HTTPException(status, { message });
}
