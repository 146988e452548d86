/** What an owner can do with a person of the company. */
export type Doing = "remove" | "signOut" | "removeTotp" | "link";
