/** Of TF.js: its last release, whose semantics are served, and which is bundled into the package. A test holds it to what is installed. */
export const TFJS_VERSION = '4.22.0'

/** How the optional engine is had. */
export const INSTALL_TFJS_NODE = `npm install @tensorflow/tfjs-node@${TFJS_VERSION}`
