/** The wire's shapes under the names that both apps use, with its numbers named once. */
import type { components } from "./types";

type Schemas = components["schemas"];

export const ChatStatus = { New: 0, Open: 1, Waiting: 2, OnPause: 3, Closed: 4 } as const;
export type ChatStatus = (typeof ChatStatus)[keyof typeof ChatStatus];

export const Source = {
  Viber: 0,
  ViberBot: 1,
  TelegramBot: 2,
  Whatsapp: 3,
  Widget: 4,
  Rozetka: 5,
  Facebook: 6,
  Instagram: 7,
} as const;
export type Source = (typeof Source)[keyof typeof Source];

export const MessageStatus = { New: 0, Success: 1, Rejected: 2, Read: 3, Delivered: 4 } as const;
export type MessageStatus = (typeof MessageStatus)[keyof typeof MessageStatus];

export const Author = { Operator: 0, Client: 1, Bot: 2, System: 3 } as const;
export type Author = (typeof Author)[keyof typeof Author];

export const MediaType = {
  File: 0,
  Photo: 1,
  Video: 2,
  Audio: 3,
  Sticker: 4,
  Location: 5,
  Contact: 6,
} as const;
export type MediaType = (typeof MediaType)[keyof typeof MediaType];

export type MediaState = "loading" | "ready" | "failed";

export type Media = Omit<Schemas["MediaOut"], "type" | "state"> & {
  type: MediaType;
  state: MediaState;
};

export type Message = Omit<Schemas["MessageOut"], "author" | "status" | "media"> & {
  author: Author;
  status: MessageStatus;
  media: Media | null;
};

/** What a message of the system tells. */
export type Line = Schemas["LineOut"];
/** What operators wrote down about a client. */
export type ClientAbout = Schemas["ClientAboutOut"];
export type Note = Schemas["ChatNoteOut"];
export type NotePage = Schemas["ChatNotesOut"];
/** A way to narrow the list that an operator keeps. */
export type ListView = Required<Schemas["ListViewIn"]>;
export type ListViews = Omit<Schemas["ListViewsOut"], "items"> & { items: readonly ListView[] };
export type KeptDraft = Schemas["ChatDraftOut"];
export type PushKey = Schemas["PushKeyOut"];
export type PushDevice = Schemas["PushDeviceOut"];
export type PushTrial = Schemas["PushTrialOut"];
export type QuickReply = Schemas["ReplyOut"];
export type Place = Schemas["PlaceOut"];
export type Card = Schemas["CardOut"];
export type CanSend = Omit<Schemas["CanSendOut"], "reason"> & { reason: Hindrance | null };
export type Hindrance = "channelGone" | "blocked" | "windowClosed" | "clientWritesFirst";
export type Template = Schemas["TemplateOut"];

/** Whether we want to hear of a chat's client. */
export const Block = { None: 0, Blocked: 1, Spam: 2 } as const;
export type Block = (typeof Block)[keyof typeof Block];

export type Chat = Omit<
  Schemas["ChatOut"],
  "messSource" | "chatStatus" | "lastMessage" | "block"
> & {
  messSource: Source;
  chatStatus: ChatStatus;
  lastMessage: Message | null;
  block: Block;
};
export type Tag = Schemas["TagFaceOut"];

export type PersonsChat = Omit<Schemas["PersonsChatOut"], "messSource" | "chatStatus"> & {
  messSource: Source;
  chatStatus: ChatStatus;
};
export type Suggestion = Omit<Schemas["SuggestionOut"], "messSource"> & { messSource: Source };
export type ClientCard = Omit<
  Schemas["ClientCardOut"],
  "alsoAbout" | "identities" | "otherChats" | "suggestions"
> & {
  alsoAbout: (Omit<Schemas["AlsoAboutOut"], "messSource"> & { messSource: Source })[];
  identities: (Omit<Schemas["IdentityOut"], "messSource"> & { messSource: Source })[];
  otherChats: PersonsChat[];
  suggestions: Suggestion[];
};

export type ChatPage = Omit<Schemas["ChatPageOut"], "items"> & { items: Chat[] };
export type MessagePage = Omit<Schemas["MessagePageOut"], "items"> & { items: Message[] };
export type MediaId = Schemas["UploadedOut"];

export type FoundChat = Omit<Schemas["FoundChatOut"], "chat"> & { chat: Chat };
export type FoundMessage = Omit<Schemas["FoundMessageOut"], "author" | "source"> & {
  author: Author;
  source: Source;
};
export type SearchPage = Omit<Schemas["SearchOut"], "chats" | "messages"> & {
  chats: FoundChat[];
  messages: FoundMessage[];
};
export type UnreadChats = Schemas["UnreadOut"];

export type SignedInOperator = Schemas["MeOut"];
export type WaitingLink = Schemas["WaitingOut"];
export type LinkTarget = Schemas["SwitchedOut"];

export type LinkProblem =
  "chat_not_found" | "bad_phone" | "unknown_source" | "bad_chat_id" | "expired";
export type LinkChannel = Omit<Schemas["LinkChannelOut"], "source"> & { source: Source };
export type Link = Omit<Schemas["LinkOut"], "outcome" | "others" | "channels" | "problem"> & {
  outcome: "chat" | "none" | "problem";
  others: Chat[];
  channels: LinkChannel[];
  problem: LinkProblem | null;
};

export type SignedIn = Omit<Schemas["SignedInOut"], "role" | "user"> & {
  role: Role;
  user: User | null;
};
export type ApiKey = Schemas["ApiKeyOut"];
export type NewApiKey = Schemas["NewApiKeyOut"];

export const Role = { Owner: 0, Admin: 1, Analyst: 2 } as const;
export type Role = (typeof Role)[keyof typeof Role];
export type User = Omit<Schemas["UserOut"], "role" | "state"> & {
  role: Role;
  state: "active" | "invited";
};
export type OneTimeLink = Schemas["OneTimeLinkOut"];
export type Invited = Omit<Schemas["InvitedOut"], "user"> & { user: User };
export type Invitation = Omit<Schemas["InvitationOut"], "kind"> & {
  kind: "userInvitation" | "userReset" | "operatorInvitation" | "operatorReset";
};
export type TotpOffer = Schemas["OfferOut"];
export type AuditEntry = Schemas["EntryOut"];
export type AuditPage = Schemas["EntriesOut"];

export type Organization = Schemas["OrganizationOut"];
export type OrganizationDetails = Schemas["OrganizationDetailsOut"];
export const OperatorStatus = { Active: 0, Inactive: 1, Deleted: 2 } as const;
export type OperatorStatus = (typeof OperatorStatus)[keyof typeof OperatorStatus];
export type Operator = Omit<Schemas["OperatorOut"], "status"> & { status: OperatorStatus };
export type FoundOperator = Omit<Schemas["FoundOperatorOut"], "status"> & {
  status: OperatorStatus;
};
export type FoundOperators = Omit<Schemas["FoundOperatorsOut"], "items"> & {
  items: FoundOperator[];
};
export type Synchronized = Schemas["SynchronizedOut"];
export type SourceInfo = Omit<Schemas["SourceOut"], "source"> & { source: Source };
export type SettingInfo = Schemas["SettingOut"];
export type Channel = Omit<Schemas["ChannelOut"], "source"> & { source: Source };
export type ChannelCheck = Schemas["CheckOut"];
export type RecentChat = Schemas["RecentChatOut"];
export type LinkCheck = Omit<Schemas["LinkCheckOut"], "chat" | "others"> & {
  chat: Chat | null;
  others: Chat[];
};
export type LinkStep = Schemas["LinkStepOut"];
export type BuiltLink = Schemas["LinkBuildOut"];

export type Finding = Omit<Schemas["FindingOut"], "level"> & {
  level: "ok" | "warning" | "problem";
};
