"""A mobile network: phones that write SMS and MMS; the company reaches it by Twilio's API, or by SMPP as with an operator.

customer's phone ──▶ network ── the way by which the company is there ──▶ webhook (`twilio`) · deliver_sm (`smsc`)
company ── POST Messages.json · submit_sm ──▶ network ──▶ phone ── receipts ──▶ status callback · delivery receipt
"""

from oase.sandbox.sms.network import SmsNetwork

__all__ = ["SmsNetwork"]
