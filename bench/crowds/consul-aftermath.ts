/**
 * How long the peers' blocking queries last at most. Consul goes on with one whose client is gone, and counts it among
 * the 200 connections that it takes from an address.
 */
export const LONGEST_QUERY = '5s'

/** When the last of them is over: the server adds up to a sixteenth. */
export const AFTERMATH_MS = 6000
