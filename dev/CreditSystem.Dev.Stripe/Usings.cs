global using CreditSystem.Dev.Stripe.Events;
global using CreditSystem.Dev.Stripe.Server;
global using CreditSystem.Dev.Stripe.Storage;
