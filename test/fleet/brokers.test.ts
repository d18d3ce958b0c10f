import { brokerContract } from './broker-contract.ts'
import { AEDES, MOSQUITTO_BROKER } from './brokers.ts'

brokerContract(AEDES)
brokerContract(MOSQUITTO_BROKER)
