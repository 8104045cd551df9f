/** What an image runs on: an operating system and a processor, in the words of OCI's image specification. */
export type Platform = 'linux/amd64' | 'linux/arm64'

export const PLATFORMS: readonly Platform[] = ['linux/amd64', 'linux/arm64']
