/**
 * The permissions that an installation token may be asked to have, and their levels.
 *
 * Sources, read on 2026-11-24: the schema `app-permissions` of GitHub's OpenAPI description, which is the body of
 * `POST /app/installations/{id}/access_tokens`, and the tables "Repository permissions" and "Organization
 * permissions" of docs.github.com ("Managing your personal access tokens", 2026), which name some that the
 * schema leaves out (`actions_variables`, `merge_queues`). Permissions of user accounts are left out, since an
 * installation token cannot use them; so is the level `admin`, which no profile may give.
 */
const readAndWrite = [
  // Of a repository.
  'actions',
  'actions_variables',
  'administration',
  'artifact_metadata',
  'attestations',
  'checks',
  'code_quality',
  'codespaces',
  'codespaces_lifecycle_admin',
  'contents',
  'dependabot_secrets',
  'deployments',
  'discussions',
  'environments',
  'issues',
  'merge_queues',
  'packages',
  'pages',
  'pull_requests',
  'repository_advisories',
  'repository_custom_properties',
  'repository_hooks',
  'repository_projects',
  'secret_scanning_alerts',
  'secrets',
  'security_events',
  'single_file',
  'statuses',
  'vulnerability_alerts',
  // Of an organization.
  'custom_properties_for_organizations',
  'issue_types',
  'members',
  'organization_actions_variables',
  'organization_administration',
  'organization_announcement_banners',
  'organization_campaigns',
  'organization_code_scanning_dismissal_requests',
  'organization_codespaces',
  'organization_codespaces_secrets',
  'organization_codespaces_settings',
  'organization_copilot_agent_settings',
  'organization_copilot_seat_management',
  'organization_custom_org_roles',
  'organization_custom_properties',
  'organization_custom_roles',
  'organization_dependabot_secrets',
  'organization_hooks',
  'organization_knowledge_bases',
  'organization_network_configurations',
  'organization_packages',
  'organization_personal_access_token_requests',
  'organization_personal_access_tokens',
  'organization_private_registries',
  'organization_projects',
  'organization_secrets',
  'organization_self_hosted_runners',
  'organization_user_blocking',
  'team_discussions',
]

const readOnly = [
  'codespaces_metadata',
  // The docs' table and the app's own page know no other level; the schema's `write` is refused by GitHub.
  'metadata',
  'organization_api_insights',
  'organization_events',
  'organization_models',
  'organization_plan',
]

const writeOnly = ['codespaces_secrets', 'workflows']

const both = ['read', 'write'] as const

/** GitHub's permission names, each with the levels it has of those that a profile may give. */
export const permissionLevels: ReadonlyMap<string, readonly ('read' | 'write')[]> = new Map<
  string,
  readonly ('read' | 'write')[]
>([
  ...readAndWrite.map((name) => [name, both] as const),
  ...readOnly.map((name) => [name, ['read']] as const),
  ...writeOnly.map((name) => [name, ['write']] as const),
])
