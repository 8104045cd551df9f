/**
 * Raised whenever the ONNX that is written for some model changes: compiled copies are kept by it. A test knows the
 * digests of what version N makes of some models.
 */
export const COMPILER_VERSION = 3
