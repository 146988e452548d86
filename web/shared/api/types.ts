/** Shapes of the server's OpenAPI document. `npm run api` writes this file anew from it. */

export interface components {
  schemas: {
    Problem: {
      type: string;
      title: string;
      status: number;
      detail?: string;
      errors?: { [field: string]: string[] };
    };
    OperatorRefOut: { id: number; name: string; photo: string | null };
    OrganizationOut: { id: number; name: string };
    OrganizationDetailsOut: {
      id: number;
      name: string;
      timeZone: string;
      country: string;
      language: string;
    };
    CompanyOut: { id: number; name: string };
    SignedInOperatorOut: {
      operator: components["schemas"]["OperatorRefOut"];
      organization: components["schemas"]["OrganizationDetailsOut"];
      company: components["schemas"]["CompanyOut"];
      expiresAt: string;
    };
    ClientOut: { id: number; name: string; phone: string | null; photo: string | null };
    MediaOut: {
      uri: string | null;
      name: string;
      format: string;
      type: number;
      size: number;
      state: string;
    };
    AuthorOut: { id: number; name: string };
    MessageOut: {
      id: number;
      chatId: number;
      message: string;
      phone: string | null;
      author: number;
      operator: components["schemas"]["AuthorOut"] | null;
      status: number;
      error: string | null;
      media: components["schemas"]["MediaOut"] | null;
      isEdited: boolean;
      isUnsupported: boolean;
      clientMessageId: string | null;
      createdAt: string;
    };
    ChatOut: {
      id: number;
      theme: string | null;
      messSource: number;
      from: string;
      chatStatus: number;
      countUnread: number;
      operator: components["schemas"]["OperatorRefOut"] | null;
      organization: components["schemas"]["OrganizationOut"];
      client: components["schemas"]["ClientOut"];
      lastMessage: components["schemas"]["MessageOut"] | null;
      isWritable: boolean;
      createdAt: string;
      updatedAt: string;
    };
    ChatPageOut: {
      total: number | null;
      items: components["schemas"]["ChatOut"][];
      next: string | null;
    };
    MessagePageOut: { total: number | null; items: components["schemas"]["MessageOut"][] };
    MediaIdOut: { id: number };
    LinkChannelOut: {
      id: number;
      source: number;
      from: string;
      canWriteFirst: boolean;
      reason: string | null;
    };
    LinkOut: {
      outcome: string;
      chatId: number | null;
      others: components["schemas"]["ChatOut"][];
      phone: string | null;
      channels: components["schemas"]["LinkChannelOut"][];
      problem: string | null;
    };
    WaitingLinkOut: {
      current: components["schemas"]["AuthorOut"] | null;
      next: components["schemas"]["AuthorOut"];
      target: string;
    };
    LinkTargetOut: { target: string };
    SignedInCompanyOut: { company: components["schemas"]["CompanyOut"]; login: string };
    ApiKeyOut: {
      id: number;
      name: string;
      prefix: string;
      createdAt: string;
      lastUsedAt: string | null;
    };
    NewApiKeyOut: { id: number; name: string; key: string };
  };
}
