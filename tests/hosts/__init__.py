"""`make hosts-test`: hosts that are cut from each other, and a RabbitMQ that is killed."""
