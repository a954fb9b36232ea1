"""Assurance cases in SACM 2.3, as XMI, in and out."""
