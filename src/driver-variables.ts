// Variables of the environment that libraries read by themselves: with them a setting would have two readers.

/** What `pg` takes from the environment wherever a connection leaves something open, and MikroORM wherever its options do. */
const ofDrivers =
  /^(PG(HOST|PORT|USER|PASSWORD|DATABASE|OPTIONS|APPNAME|SSLMODE|SSLNEGOTIATION|BINARY|REPLICATION|CLIENT_ENCODING|CONNECT_TIMEOUT|PASSFILE)|MIKRO_ORM_.*)$/;

/** Takes them out of the environment of this process, and so of those that it starts. Done once, before anything is connected. */
export function forgetDriverVariables(): void {
  for (const name of Object.keys(process.env)) if (ofDrivers.test(name)) delete process.env[name];
}
