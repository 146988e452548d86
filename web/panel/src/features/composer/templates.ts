import type { Template } from "@shared/api/model";

/** A place of a template that wants a value; header and body may have places of the same name. */
export interface TemplatePlace {
  readonly key: string;
  readonly name: string;
}

type Values = Readonly<Record<string, string | undefined>>;

export function placesOf({ headerPlaces, bodyPlaces }: Template): readonly TemplatePlace[] {
  return [
    ...headerPlaces.map((name) => ({ key: `header.${name}`, name })),
    ...bodyPlaces.map((name) => ({ key: `body.${name}`, name })),
  ];
}

export function isComplete(template: Template, values: Values): boolean {
  return placesOf(template).every(({ key }) => values[key]?.trim());
}

/** The text as the customer will read it; a place without a value stays as it is. */
export function filled({ header, body, footer }: Template, values: Values): string {
  const parts = [fill("header", header, values), fill("body", body, values), footer];
  return parts.filter(Boolean).join("\n\n");
}

function fill(part: string, text: string, values: Values): string {
  return text.replace(
    /\{\{(\w{1,64})\}\}/g,
    (whole, name: string) => values[`${part}.${name}`]?.trim() || whole,
  );
}
