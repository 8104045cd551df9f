/** A name that no model, input or output has. */
export const UNKNOWN = 'no-such-name-68f3'
