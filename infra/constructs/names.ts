/** `rateLimits`, `rotate-keys` or `grants/client_credentials` as a construct id: `RateLimits`, `RotateKeys`, … */
export function pascalCase(name: string): string {
  return name.replace(/(?:^|[/_-])([a-z])/g, (_match, letter: string) => letter.toUpperCase())
}
