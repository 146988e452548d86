import { describe, expect, it } from "vitest";

import { fieldOf, momentIn, snoozesAt } from "./snoozes";

const KYIV = "Europe/Kyiv";

function offered(now: string, timeZone = KYIV): Record<string, string> {
  const found = snoozesAt(Date.parse(now), timeZone);
  return Object.fromEntries(found.map(({ key, at }) => [key, new Date(at).toISOString()]));
}

describe("when a chat may come back", () => {
  it("goes by the organization's clock, not the browser's", () => {
    // A Wednesday, 12:30 in Kyiv.
    expect(offered("2026-11-25T10:30:00Z")).toEqual({
      hour: "2026-11-25T11:30:00.000Z",
      evening: "2026-11-25T16:00:00.000Z",
      tomorrow: "2026-11-26T07:00:00.000Z",
      monday: "2026-11-30T07:00:00.000Z",
    });
    expect(offered("2026-11-25T10:30:00Z", "America/New_York")["evening"]).toBe(
      "2026-11-25T23:00:00.000Z",
    );
  });

  it("offers no evening that is nearly there, and Monday once", () => {
    expect(offered("2026-11-25T15:30:00Z")).not.toHaveProperty("evening");
    // A Sunday: tomorrow is Monday. A Monday: the next one.
    expect(offered("2026-11-29T10:00:00Z")).not.toHaveProperty("monday");
    expect(offered("2026-11-30T10:00:00Z")["monday"]).toBe("2026-12-07T07:00:00.000Z");
  });

  it("has its day in the zone, and its hour on either side of a changed clock", () => {
    // 23:30 UTC on Saturday is Sunday in Kyiv, whose clocks went back that night.
    expect(offered("2026-10-24T20:30:00Z")["tomorrow"]).toBe("2026-10-25T07:00:00.000Z");
    expect(offered("2026-10-24T22:30:00Z")["tomorrow"]).toBe("2026-10-26T07:00:00.000Z");
    expect(offered("2026-03-28T12:00:00Z")["tomorrow"]).toBe("2026-03-29T06:00:00.000Z");
  });
});

describe("a time that is picked", () => {
  it("is read on the organization's clock and shown again as it was", () => {
    const at = momentIn("2026-07-01T14:05", KYIV);
    expect(at).toBe(Date.parse("2026-07-01T11:05:00Z"));
    expect(fieldOf(at ?? 0, KYIV)).toBe("2026-07-01T14:05");
    expect(momentIn("", KYIV)).toBeNull();
  });
});
