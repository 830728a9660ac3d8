// Failures as the API reports them: metav1.Status objects.

export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, never>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code: number;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: { reason: string; message: string; field?: string }[];
  retryAfterSeconds?: number;
}

/** An answer other than success; `reason` is one of the API's own words, such as NotFound. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  toStatus(): Status {
    const { code, reason, message, details } = this;
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      details,
      code,
    };
  }
}

/** What an error is about: a resource's or a kind's group, and its name. */
interface Named {
  group: string;
  name: string;
}

const qualified = ({ group, name }: Named): string => (group === '' ? name : `${name}.${group}`);
const detailsOf = ({ group, name: kind }: Named, name: string): StatusDetails => ({
  name,
  ...(group !== '' && { group }),
  kind,
});

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export function notFound(resource: Named, name: string): ApiError {
  const message = `${qualified(resource)} "${name}" not found`;
  return new ApiError(404, 'NotFound', message, detailsOf(resource, name));
}

export function noSuchPath(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource');
}

export function alreadyExists(resource: Named, name: string): ApiError {
  const message = `${qualified(resource)} "${name}" already exists`;
  return new ApiError(409, 'AlreadyExists', message, detailsOf(resource, name));
}

export function conflict(resource: Named, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`;
  return new ApiError(409, 'Conflict', message, detailsOf(resource, name));
}

export function forbidden(
  resource: Named,
  name: string,
  why: string,
  causes?: StatusDetails['causes'],
): ApiError {
  const message = `${qualified(resource)} "${name}" is forbidden: ${why}`;
  return new ApiError(403, 'Forbidden', message, { ...detailsOf(resource, name), ...(causes && { causes }) });
}

export function methodNotAllowed(): ApiError {
  const message = 'the server does not allow this method on the requested resource';
  return new ApiError(405, 'MethodNotAllowed', message);
}

export function expired(asked: number, oldest: number): ApiError {
  return new ApiError(410, 'Expired', `too old resource version: ${asked} (${oldest})`);
}

/** What is wrong with a field: how the API calls it, and what it says. */
export interface FieldError {
  type: 'Duplicate' | 'Forbidden' | 'Invalid' | 'NotFound' | 'NotSupported' | 'Required';
  field: string;
  /** The value, where it is told. */
  value?: unknown;
  detail?: string;
}

const FIELD_ERRORS = {
  Duplicate: 'Duplicate value',
  Forbidden: 'Forbidden',
  Invalid: 'Invalid value',
  NotFound: 'Not found',
  NotSupported: 'Unsupported value',
  Required: 'Required value',
} as const;

/** An object whose fields have wrong values: 422, with a cause for each. */
export function invalid(kind: Named, name: string, errors: FieldError[]): ApiError {
  const causes = errors.map((error) => ({
    reason: `FieldValue${error.type}`,
    message: causeOf(error),
    field: error.field,
  }));
  const told = errors.map((error) => `${error.field}: ${causeOf(error)}`);
  const list = told.length === 1 ? told[0] : `[${told.join(', ')}]`;
  const message = `${qualified(kind)} "${name}" is invalid: ${list}`;
  return new ApiError(422, 'Invalid', message, { ...detailsOf(kind, name), causes });
}

function causeOf({ type, value, detail }: FieldError): string {
  const text = JSON.stringify(value) ?? '';
  const shown = value === undefined ? '' : `: ${text.length > 200 ? `${text.slice(0, 197)}...` : text}`;
  return `${FIELD_ERRORS[type]}${shown}${detail === undefined ? '' : `: ${detail}`}`;
}
