// The kinds of objects that devices are decided from.

/**
 * The kind, in the cluster's store, of allocations that were decided and are not written yet. They stand apart from their
 * claims because the API server tells of a claim without its allocation until the last write.
 */
export const PENDING_ALLOCATION = 'PendingAllocation';

/** What says which devices there are. */
export const DEVICE_KINDS = ['ResourceSlice', 'DeviceClass', 'DeviceTaintRule'] as const;

/** What says which of them are taken. */
export const ALLOCATION_KINDS = ['ResourceClaim', PENDING_ALLOCATION] as const;
