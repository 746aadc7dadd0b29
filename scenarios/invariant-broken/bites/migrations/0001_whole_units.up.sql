update ledger set amount = floor(amount);
