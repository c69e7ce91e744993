/** The first part keeps the kinds apart whatever modules are called. */
export const jobQueueName = (job: string): string => `jobs.${job}`;
export const eventQueueName = (consumer: string): string => `events.${consumer}`;
