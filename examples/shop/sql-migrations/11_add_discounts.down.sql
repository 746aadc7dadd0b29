drop table discounts;
