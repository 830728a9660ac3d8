// What a placement opens or closes to the class's next pod, as a mechanism says it. The engine filters these rows again.
export const TOUCHED_NOTHING: u32 = 0;
/** The rows of the domain that the pod was placed in. */
export const TOUCHED_DOMAIN: u32 = 1;
export const TOUCHED_EVERYTHING: u32 = 2;
