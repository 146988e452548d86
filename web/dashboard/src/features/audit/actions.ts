/** Every action that the server writes down (src/opdesk/audit/model.py; a test compares them). */
export const ACTIONS = [
  "company.created",
  "company.originsChanged",
  "company.tokensRevoked",
  "user.signedIn",
  "user.invited",
  "user.joined",
  "user.changed",
  "user.removed",
  "user.linkMade",
  "user.signedOut",
  "user.passwordChanged",
  "user.totpOn",
  "user.totpOff",
  "company.tokenIssued",
  "apiKey.created",
  "apiKey.changed",
  "apiKey.revoked",
  "organization.created",
  "organization.changed",
  "operator.synchronized",
  "operator.statusChanged",
  "operator.credentialsSet",
  "operator.linkMade",
  "operator.joined",
  "operator.signedOut",
  "operator.chatsHandedOver",
  "operator.tokenIssued",
  "channel.connected",
  "channel.changed",
  "channel.disconnected",
  "channel.tested",
  "chat.deleted",
] as const;

export function isKnown(action: string): boolean {
  return (ACTIONS as readonly string[]).includes(action);
}
