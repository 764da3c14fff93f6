/** The deployment cannot be synthesized for a reason the operator can mend; the message alone is printed. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError'
}
