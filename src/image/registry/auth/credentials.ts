/** What a registry knows a user by. */
export type Credentials =
  | { readonly username: string; readonly password: string }
  /** A refresh token of OAuth 2, as `docker login` keeps it of some registries. */
  | { readonly identityToken: string }

/** Where credentials come from. */
export interface CredentialSource {
  /** Of a repository, or of all of its registry; undefined where there are none. */
  find(registry: string, repository: string): Promise<Credentials | undefined>
}
