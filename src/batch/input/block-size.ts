/**
 * The most rows of a block, as far as they can be told before it is cut: what is made of narrow rows takes many times of
 * what they take themselves.
 */
export const MOST_BLOCK_ROWS = 4096
