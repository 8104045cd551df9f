/** Stands in for node-fetch in the built package, where nothing calls it. */
export default function fetch(): never {
  throw new Error('TF.js has no network here')
}
