// A customer's address: its members, and their rules.
import { z } from 'zod';
import { changedText } from '../text.ts';
import { changedCountry } from './country.ts';

/** The members of an address, each a property of the customer. */
export const addressMembers = ['streetAddress', 'city', 'cityPart', 'stateRegion', 'postalCode', 'country'] as const;

/** A member of an address. */
export type AddressMember = (typeof addressMembers)[number];

/** An address, for an update: what is absent stays, null clears. */
export const addressInput = z.object(
  {
    streetAddress: changedText(255).meta({
      description: 'Street and number; at most 255 characters.',
      examples: ['Dlouhá 12/3'],
    }),
    city: changedText(255).meta({ description: 'City; at most 255 characters.', examples: ['Praha'] }),
    cityPart: changedText(255).meta({
      description: 'Part of the city; at most 255 characters.',
      examples: ['Staré Město'],
    }),
    stateRegion: changedText(255).meta({ description: 'State or region; at most 255 characters.' }),
    postalCode: changedText(32).meta({ description: 'Postal code; at most 32 characters.', examples: ['110 00'] }),
    country: changedCountry.meta({
      description:
        'Country, as a code of ISO 3166-1 alpha-2. A phone number without a country code is read as one of this country.',
      examples: ['CZ'],
    }),
  },
  'must be an object',
);

/** What an update says of an address. */
export type AddressChange = z.output<typeof addressInput>;
