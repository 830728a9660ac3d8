// Events have two forms, core/v1 and events.k8s.io/v1; the core form is stored.
import type { NewEvent } from '../../../../build/kubernetes.js';
import type { ApiObject, Event } from '../../../model/types.ts';

/** The core form of an events.k8s.io/v1 Event. */
export function fromEventsV1(sent: ApiObject): ApiObject {
  const {
    note,
    regarding,
    reportingController,
    deprecatedSource,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    deprecatedCount,
    ...same
  } = sent as NewEvent;
  return {
    ...same,
    apiVersion: 'v1',
    message: note,
    involvedObject: regarding ?? {},
    reportingComponent: reportingController,
    source: deprecatedSource,
    firstTimestamp: deprecatedFirstTimestamp,
    lastTimestamp: deprecatedLastTimestamp,
    count: deprecatedCount,
  } as ApiObject;
}

/** The events.k8s.io/v1 form of a core Event. */
export function toEventsV1(stored: ApiObject): ApiObject {
  const {
    message,
    involvedObject,
    reportingComponent,
    source,
    firstTimestamp,
    lastTimestamp,
    count,
    ...same
  } = stored as Event;
  return {
    ...same,
    apiVersion: 'events.k8s.io/v1',
    note: message,
    regarding: involvedObject,
    reportingController: reportingComponent,
    deprecatedSource: source,
    deprecatedFirstTimestamp: firstTimestamp,
    deprecatedLastTimestamp: lastTimestamp,
    deprecatedCount: count,
  } as ApiObject;
}
