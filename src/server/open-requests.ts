/** The requests that are not answered yet. */
export { type PlacedItem as OpenItem, UnorderedItems as OpenRequests } from '../core/unordered-items.ts'
