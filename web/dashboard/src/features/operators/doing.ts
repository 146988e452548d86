/** What an admin can do with an operator. */
export type Doing = "link" | "activate" | "deactivate" | "signOut" | "handOver" | "remove";
