"""SQS: queues that many consumers share safely, as pollers use them, and what SQS refuses."""
