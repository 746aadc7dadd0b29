grant select on payments to shop_readonly;
